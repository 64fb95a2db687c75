module github.com/billingrules/billing/examples/peers

go 1.24

require (
	github.com/billingrules/billing v0.0.0
	github.com/bojanz/currency v1.4.2
	github.com/govalues/decimal v0.1.36
	github.com/govalues/money v0.2.4
	github.com/shopspring/decimal v1.6.0
)

require github.com/cockroachdb/apd/v3 v3.2.1 // indirect

replace github.com/billingrules/billing => ../..
