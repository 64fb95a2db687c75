package main

type overdueGiven struct {
	AsOf           when           `json:"as_of"`
	States         []stateGiven   `json:"states"`
	UnpaidInvoices []invoiceGiven `json:"unpaid_invoices"`
	Timezone       zone           `json:"timezone,omitzero"`
}

type stateGiven struct {
	Name    string  `json:"name"`
	Days    *int    `json:"earliest_unpaid_days_gte,omitzero"`
	Count   *int    `json:"unpaid_count_gte,omitzero"`
	Balance *amount `json:"unpaid_balance_gte,omitzero"`
}

func (s *stateGiven) UnmarshalJSON(text []byte) error {
	type plain stateGiven
	return decode(text, (*plain)(s))
}

type invoiceGiven struct {
	Date    when   `json:"date"`
	Balance amount `json:"balance"`
}

func (i *invoiceGiven) UnmarshalJSON(text []byte) error {
	type plain invoiceGiven
	return decode(text, (*plain)(i))
}

func overdue(g overdueGiven) (record, error) {
	var ladder overdueLadder
	for _, state := range g.States {
		stage := overdueStage{Name: state.Name, Days: state.Days, Count: state.Count}
		if state.Balance != nil {
			stage.Balance = &state.Balance.Decimal
		}
		ladder = append(ladder, stage)
	}
	var unpaid []unpaidInvoice
	for _, inv := range g.UnpaidInvoices {
		unpaid = append(unpaid, unpaidInvoice{At: inv.Date.in(g.Timezone), Balance: inv.Balance.Decimal})
	}
	stage, ok, err := ladder.at(unpaid, g.AsOf.in(g.Timezone), g.Timezone.get())
	if !ok {
		stage = "CLEAR"
	}
	return record{"state": text(stage)}, err
}
