package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/internal/wrap"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
)

// statement is the result of a scenario.
type statement struct {
	Refused     string                     `json:"refused,omitzero"` // refusal of the order; then all else is empty
	Outcome     lifecycle.Outcome          `json:"outcome"`          // all outcomes, joined
	Access      []lifecycletest.AccessSpan `json:"access"`           // access of the customer over time
	Balance     decimal.Decimal            `json:"balance"`          // credit balance at the end
	Next        *lifecycle.Deadline        `json:"next"`             // next deadline; null for none
	NextInvoice *invoice.Invoice           `json:"next_invoice"`     // next invoice without further events; null for none
	Until       time.Time                  `json:"until"`            // end of the scenario

	full lifecycletest.Statement // statement at the end
}

// tell runs the scenario, and previews the next invoice after its end.
func (in *input) tell() (*statement, []jsonfault.Fault) {
	if in.declined != nil {
		return &statement{Refused: in.declined.Error(), Until: in.Until}, nil
	}
	l := in.live()
	if len(l.broken) > 0 {
		return nil, l.broken
	}
	full, err := l.host.Statement(in.Until)
	if err != nil {
		return nil, []jsonfault.Fault{in.file.At("until", err.Error())}
	}
	told := statement{
		Outcome: full.Outcome, Access: full.AccessSpans, Balance: full.Balance, Until: full.At, full: full,
	}
	if full.Next.Kind != 0 {
		told.Next = &full.Next
	}
	if told.NextInvoice, err = in.nextInvoice(full.Subscription); err != nil {
		return nil, []jsonfault.Fault{in.file.At("until", err.Error())}
	}
	return &told, nil
}

// text writes the statement for people.
func (s *statement) text(out io.Writer) error {
	if s.Refused != "" {
		_, err := fmt.Fprintf(out, "Order refused\n%s", wrap.Indent(s.Refused, "  "))
		return err
	}
	text := s.full.Text()
	if s.NextInvoice != nil {
		text += "\nNext invoice if nothing changes\n\n" + s.NextInvoice.Text()
	}
	_, err := io.WriteString(out, text)
	return err
}

// machine writes the statement as JSON.
func (s *statement) machine(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(s)
}
