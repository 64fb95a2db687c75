package answer

import "github.com/billingrules/billing/invoice"

// Receivables are the latest receivables of several outcomes.
type Receivables struct {
	All   []invoice.Receivable // one of each invoice, in order of their first outcome
	index map[string]int       // index in All by the ID of the invoice
}

// Add stores the receivables of an outcome in place of earlier ones of the same invoices.
func (rs *Receivables) Add(changed []invoice.Receivable) {
	if rs.index == nil {
		rs.index = map[string]int{}
	}
	for _, r := range changed {
		if i, known := rs.index[r.Invoice]; known {
			rs.All[i] = r
			continue
		}
		rs.index[r.Invoice] = len(rs.All)
		rs.All = append(rs.All, r)
	}
}

// Of returns the receivable of an invoice. A document of credits may have none; it is paid as soon as it is issued.
func (rs *Receivables) Of(inv *invoice.Invoice) invoice.Receivable {
	if i, known := rs.index[inv.ID]; known {
		return rs.All[i]
	}
	return invoice.NewReceivable(*inv)
}
