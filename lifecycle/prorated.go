package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// prorated is how a change is billed where that differs from the policy.
type prorated struct {
	when     plans.ProrationBilling  // when the proration is billed; unset is the policy's
	settings plans.ProrationSettings // how much is charged and credited; unset is the policy's
	ifPaid   bool                    // a later change waits for its payment at its time
	from     time.Time               // instant from which the change counts; zero is the time of the change
}

// billing returns when the proration is billed.
func (h *prorated) billing(p *Policy) plans.ProrationBilling {
	if h.when != 0 {
		return h.when
	}
	return p.Prorations
}

// howProrated returns how a change is billed: as support says in the event, or as the rules of its actions say. What is
// the policy's choice anyway stays unset. Only a charge keeps what support said of it: its extent then also holds for
// days that a new billing date adds, which the policy prorates.
func (s *step) howProrated(e *Event, permit *plans.Approval) (prorated, error) {
	how := prorated{when: permit.Prorations, settings: permit.ProrationSettings, from: e.ProrateFrom}
	switch sets := e.fields()&prorationFields != 0; {
	case sets && e.by() != plans.Support:
		return how, s.refuse("Only support can set how a change is billed.")
	case sets && s.sub.inArrears():
		return how, s.refuse("The period is billed in arrears, by the days of each quantity and price.")
	case !how.from.IsZero() && permit.At.After(e.At):
		return how, s.conflict(fault.New("event.prorate_from", proration.ErrInvalid,
			"must be unset for a change on %s", s.sub.date(permit.At)))
	}
	if e.Prorations != 0 {
		how.when = e.Prorations
	}
	if e.ProrationSettings.Charge != 0 {
		how.settings.Charge = e.ProrationSettings.Charge
	}
	if e.ProrationSettings.Credit != 0 {
		how.settings.Credit = e.ProrationSettings.Credit
	}
	policy := s.policy.settings()
	if how.when == s.policy.Prorations {
		how.when = 0
	}
	if how.settings.Charge == policy.Charge && e.ProrationSettings.Charge == 0 {
		how.settings.Charge = 0
	}
	if how.settings.Credit == policy.Credit {
		how.settings.Credit = 0
	}
	return how, nil
}

// settings returns the extents of charges and credits.
func (p *Policy) settings() plans.ProrationSettings {
	return plans.ProrationSettings{Charge: p.Billing.Proration.Charge, Credit: p.Billing.Proration.Credit}
}
