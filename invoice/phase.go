package invoice

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Phase is the state of a receivable, between the issue of its invoice and the end of its collection. Its zero value is
// unset and rejected.
//
// JSON: draft, open, held, requested, pending, overdue, retracted, paid, void, uncollectible.
type Phase uint8

// The phases.
const (
	PhaseDraft         Phase = iota + 1 // not issued yet and can be discarded; nothing is due
	PhaseOpen                           // due; no payment is requested, or the customer pays by hand
	PhaseHeld                           // due; collection is postponed until CollectAt, or as Held says
	PhaseRequested                      // the caller was asked to collect, and the result is unknown
	PhasePending                        // a payment is in progress, and its result is unknown
	PhaseOverdue                        // a payment failed or was disputed, or the due date passed; nothing is requested
	PhaseRetracted                      // void as soon as the result of the payment in progress is known
	PhasePaid                           // nothing is outstanding
	PhaseVoid                           // issued by mistake; nothing is due
	PhaseUncollectible                  // written off: an amount is outstanding, but payment is not expected
)

var phases = []string{
	"", "draft", "open", "held", "requested", "pending", "overdue", "retracted", "paid", "void", "uncollectible",
}

// String returns the name of the phase, such as "overdue".
func (p Phase) String() string { return enum.String(phases, p) }

// MarshalText returns the name of the phase.
func (p Phase) MarshalText() ([]byte, error) { return fault.Marshal(phases, p, "phase") }

// UnmarshalText reads the name of a phase. Errors: ErrInvalid for an unknown name.
func (p *Phase) UnmarshalText(text []byte) error { return fault.Unmarshal(phases, p, "phase", text) }

// Status returns the payment status to display: draft, open, pending, paid, void or uncollectible. Held, requested and
// overdue are open; retracted is pending.
func (p Phase) Status() string {
	switch p {
	case PhaseHeld, PhaseRequested, PhaseOverdue:
		return PhaseOpen.String()
	case PhaseRetracted:
		return PhasePending.String()
	case PhaseDraft, PhaseOpen, PhasePending, PhasePaid, PhaseVoid, PhaseUncollectible:
	}
	return p.String()
}

// predicate returns the end of the sentence that says why an invoice in the phase does not accept an event.
func (p Phase) predicate(kind EventKind) string {
	switch p {
	case PhaseDraft:
		return " is a draft and not issued yet."
	case PhaseOpen, PhaseHeld, PhaseOverdue:
		if kind == Retracted {
			return " has no payment in progress; send voided instead."
		}
		if kind == Postponed {
			return " is already " + p.String() + "."
		}
		return " is already issued."
	case PhaseRequested:
		if kind == Issued {
			return " is already issued."
		}
		return " is being collected; send the result of the payment first."
	case PhasePending:
		return " has a payment in progress, whose result comes first."
	case PhaseRetracted:
		return " becomes void with the result of its payment in progress, which comes first."
	case PhasePaid:
		return " is already paid."
	case PhaseVoid:
		return " is void."
	case PhaseUncollectible:
		return " is written off as uncollectible."
	}
	return " has no phase."
}

// transition is one row of the table of phases: an event in one of some phases leads to another phase.
type transition struct {
	from  []Phase
	event EventKind
	to    Phase
}

// unchanged is the target of a row whose event does not change the phase.
const unchanged = 0

// transitions is the table of phases. An event that it does not list for a phase is refused. A row that leads to open
// leads to pending if a payment is in progress, to overdue if FirstFailedAt is set, and otherwise to held if CollectAt
// is set. A receivable with nothing outstanding becomes paid, unless it is pending.
var transitions = []transition{
	{[]Phase{PhaseDraft}, Issued, PhaseOpen},

	{[]Phase{PhaseOpen}, Postponed, PhaseHeld},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseOverdue}, Sent, PhaseOpen},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseOverdue}, Requested, PhaseRequested},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseOverdue}, Missed, PhaseOverdue},
	{[]Phase{PhaseRequested}, Missed, unchanged},
	{[]Phase{PhaseRequested, PhasePending}, Retracted, PhaseRetracted},

	{[]Phase{PhaseOpen, PhaseHeld, PhaseRequested, PhaseOverdue}, Attempted, PhasePending},
	{[]Phase{PhaseRetracted}, Attempted, unchanged},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseRetracted}, Succeeded, PhaseOpen},
	{[]Phase{PhaseUncollectible}, Succeeded, unchanged},
	{[]Phase{
		PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhasePaid, PhaseVoid, PhaseUncollectible,
	}, Surplus, unchanged},
	{[]Phase{
		PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseUncollectible,
	}, CreditApplied, unchanged},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue}, Failed, PhaseOverdue},
	{[]Phase{PhaseRetracted}, Failed, PhaseVoid},
	{[]Phase{PhasePaid, PhaseVoid, PhaseUncollectible}, Failed, unchanged},

	{[]Phase{PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseUncollectible}, Credited, unchanged},
	{[]Phase{
		PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhasePaid, PhaseUncollectible,
	}, Refunded, unchanged},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseOverdue, PhasePaid}, Disputed, PhaseOverdue},
	{[]Phase{PhaseRequested, PhasePending, PhaseRetracted, PhaseVoid, PhaseUncollectible}, Disputed, unchanged},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseOverdue, PhasePaid}, Reversed, PhaseOverdue},
	{[]Phase{PhaseRequested, PhasePending, PhaseRetracted, PhaseVoid, PhaseUncollectible}, Reversed, unchanged},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseOverdue, PhasePaid}, CreditReversed, PhaseOverdue},
	{[]Phase{PhaseRequested, PhasePending, PhaseRetracted, PhaseUncollectible}, CreditReversed, unchanged},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseRetracted}, DisputeWon, PhaseOpen},
	{[]Phase{PhasePaid, PhaseVoid, PhaseUncollectible}, DisputeWon, unchanged},
	{[]Phase{
		PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseRetracted, PhasePaid, PhaseVoid,
		PhaseUncollectible,
	}, DisputeLost, unchanged},

	{[]Phase{
		PhaseDraft, PhaseOpen, PhaseHeld, PhaseRequested, PhaseOverdue, PhaseRetracted, PhaseUncollectible,
	}, Voided, PhaseVoid},
	{[]Phase{PhaseOpen, PhaseHeld, PhaseRequested, PhaseOverdue}, WrittenOff, PhaseUncollectible},
}
