package plans

import (
	"cmp"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// permit is Check of a valid request, whose plan, term or prices are the catalog's. The rank is that of the plan before
// the change. The plan is that of the contract after it, nil if it is not known.
func (r ChangeRules) permit(p *ChangeRequest, plan *Plan, rank int) (Approval, error) {
	permit := Approval{Change: p.Change, Effective: Immediately, At: p.At}
	class := ClassifyRequest{Change: p.Change, From: p.Contract, To: p.Contract, FromRank: rank}
	class.From.own(p.At)
	class.To.own(p.At)
	if p.Change.Plan != nil {
		class.ToRank = p.Change.Plan.Rank
	}
	var later fault.List // the change is checked again at its time
	class.To.change(&later, &p.Change, p.At)
	var err error
	if permit.Actions, err = class.classify(); err != nil {
		return Approval{}, err
	}
	if plan != nil {
		if permit.Breaks, err = plan.breaks(p.Usage, p.Change.Plan != nil, &class.From, &class.To); err != nil {
			return Approval{}, err
		}
	}
	if err = r.strictest(p, &permit); err != nil {
		return Approval{}, err
	}
	if err = p.timed(&permit); err != nil {
		return Approval{}, err
	}
	after, err := p.Contract.changed(&p.Change, permit.At)
	if err != nil {
		return Approval{}, fault.Rename(err, "contract", "change.contract") // the change makes the contract invalid
	}
	if plan != nil {
		if refused := plan.breaches(&class.From, &after); refused != nil {
			return Approval{}, refused[0]
		}
	}
	return permit, nil
}

// strictest sets the latest time that the rules of the actions allow. It returns the refusal of an action that nobody
// may do, or else of the first action that the actor may not do.
func (r ChangeRules) strictest(p *ChangeRequest, permit *Approval) error {
	var refused error
	forbidden := false
	for _, action := range permit.Actions {
		rule, err := r.rule(action, p.By, permit.Breaks)
		if err == nil {
			err = p.noticed(action, rule.Effective)
		}
		if err != nil {
			if nobody := !r.allowed(action); refused == nil || nobody && !forbidden {
				refused, forbidden = err, nobody
			}
			continue
		}
		at, err := p.Contract.effective(rule.Effective, p.At, p.PaidThrough)
		if err == nil && action == Cancel {
			at, err = p.Contract.afterNotice(rule.Effective, at, p.At)
		}
		if err != nil {
			return err
		}
		permit.prorate(&rule, p)
		if at.After(permit.At) || at.Equal(permit.At) && rule.Effective > permit.Effective {
			permit.At, permit.Effective = at, rule.Effective
		}
	}
	return refused
}

// prorate adds the choices of the rule of an action, or the policy's where the rule has none: the earliest billing, the
// largest charge and the smallest credit apply, and one action that is paid first lets the change wait.
func (a *Approval) prorate(rule *ChangeRule, p *ChangeRequest) {
	a.IfPaid = a.IfPaid || rule.IfPaid
	billing := cmp.Or(rule.Prorations, p.Prorations)
	if a.Prorations == 0 || billing != 0 && billing < a.Prorations {
		a.Prorations = billing
	}
	own, has := rule.ProrationSettings.over(p.ProrationSettings), &a.ProrationSettings
	if has.Charge == 0 || chargeRank[own.Charge] > chargeRank[has.Charge] {
		has.Charge = own.Charge
	}
	if has.Credit == 0 || chargeRank[own.Credit] < chargeRank[has.Credit] {
		has.Credit = own.Credit
	}
}

// chargeRank orders the extents by the amount: none, prorated or unset, full.
var chargeRank = [...]int{0: 1, proration.ExtentProrated: 1, proration.ExtentFull: 2, proration.ExtentNone: 0}

// sets reports whether support sets the time of the change, whatever the rules say.
func (p *ChangeRequest) sets() bool { return p.By == Support && (p.Effective != 0 || !p.On.IsZero()) }

// timed gives an approval the requested time. A customer cannot ask for an earlier one than the rules set.
func (p *ChangeRequest) timed(permit *Approval) error {
	at := p.On
	switch {
	case p.Effective != 0:
		var err error
		at, err = p.Contract.effective(p.Effective, p.At, p.PaidThrough)
		if err == nil && p.Change.Cancel && !p.sets() {
			at, err = p.Contract.afterNotice(p.Effective, at, p.At)
		}
		if err != nil {
			return err
		}
	case at.IsZero():
		return nil
	}
	if at.Before(permit.At) && !p.sets() {
		earliest, subject := date(p.Contract.local(permit.At)), "The change can take effect on "
		if p.Change.Cancel {
			subject = "The subscription can end on "
		}
		return &Refusal{
			Rule: permit.Actions[0].String(), Reason: subject + earliest + " at the earliest.",
			Instead: "Ask for that date or a later one.",
		}
	}
	permit.At, permit.Effective = at, p.Effective
	return nil
}

// allowed reports whether any actor may do the action.
func (r ChangeRules) allowed(action Action) bool {
	found := false
	for _, rule := range r {
		if rule.Action == action && len(rule.By) > 0 {
			return true
		}
		found = found || rule.Action == action
	}
	return !found && action == Lateral && r.allowed(Upgrade)
}

// noticed refuses a cancellation at the end of the term after the notice period has started.
func (p *ChangeRequest) noticed(action Action, when EffectiveTiming) error {
	last := len(p.Contract.Terms) - 1
	if action != Cancel || when != AtTermEnd || last < 0 || p.Contract.Terms[last].Term.Renewal == Evergreen || p.sets() {
		return nil
	}
	by, err := p.Contract.noticeBy()
	if err != nil || p.At.Before(by) {
		return err
	}
	return &Refusal{
		Rule:    action.String(),
		Reason:  "Notice of cancellation was due before " + date(by) + ".",
		Instead: "After the next term begins, cancel for the end of that term.",
	}
}
