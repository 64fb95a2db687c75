package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// ChangeRule says who may do something to a contract, and when it takes effect. What no rule is for nobody may do; one that is for
// nobody says why. Several rules of one action are for different actors.
type ChangeRule struct {
	Action    Action          `json:"action"`             // what is done; must be set
	By        []Actor         `json:"by,omitzero"`        // who may; nobody where it is empty
	Effective EffectiveTiming `json:"effective,omitzero"` // when it takes effect; must be set where somebody may
	Limits    bool            `json:"limits,omitzero"`    // a plan whose limits the usage exceeds is refused
	Reason    string          `json:"reason,omitzero"`    // for people: why, where it is refused
	Instead   string          `json:"instead,omitzero"`   // for people: what can be done instead
}

// ChangeRules say who may do what to a contract. They stand in a catalog, or by themselves where plans are kept elsewhere.
type ChangeRules []ChangeRule

// EffectiveTiming says when a change takes effect. Its zero is unset and refused.
type EffectiveTiming uint8

// EffectiveTiming a change takes effect.
const (
	Immediately EffectiveTiming = iota + 1 // at the instant at which it is asked for
	AtPeriodEnd                            // at the end of the period that is paid for
	AtTermEnd                              // at the end of the term, or of the period where there is none
)

var effectiveTimings = []string{"", "immediately", "at_period_end", "at_term_end"}

// String returns its name, "immediately".
func (w EffectiveTiming) String() string { return enum.String(effectiveTimings, w) }

// MarshalText returns its name.
func (w EffectiveTiming) MarshalText() ([]byte, error) {
	return fault.Marshal(effectiveTimings, w, "effective")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (w *EffectiveTiming) UnmarshalText(text []byte) error {
	return fault.Unmarshal(effectiveTimings, w, "effective", text)
}

// ChangeRequest is a change that somebody asks for.
type ChangeRequest struct {
	Contract Contract     `json:"contract"`       // as it is
	Change   Change       `json:"change"`         // what is asked for
	By       Actor        `json:"by"`             // who asks; must be set
	At       time.Time    `json:"at"`             // when
	Usage    []LimitUsage `json:"usage,omitzero"` // what is in use, to be held against the limits of another plan
}

// Approval is a change that the rules allow.
type Approval struct {
	Action    Action          `json:"action"`          // what it comes to
	Effective EffectiveTiming `json:"effective"`       // when it takes effect, as the rule has it
	At        time.Time       `json:"at"`              // and that instant
	Breaks    []LimitUsage    `json:"breaks,omitzero"` // the limits of the new plan that what is in use exceeds
}

// Check returns what a change comes to and when it takes effect, or the [Refusal] that says which rule forbids it, why, and what
// would be allowed instead. A plan or a term to change to is the catalog's of that ID or length, whatever else the change says of it,
// and one that it does not have is refused; so is an item that neither the contract nor its plan has. Another price of an item that the
// contract has is agreed on with [Support] only; where it does not say what it is for, it is for what the old one was. A lateral change without a rule of
// its own is held to that of an upgrade. A cancellation for the end of a term is refused once notice was due.
// What was agreed on specially with a customer counts where [Catalog.With] laid it over the catalog before.
// Errors: a Refusal, the faults of the proposal, ErrOutside for an instant outside the terms, and those of [Contract.Changed].
func (c Catalog) Check(p ChangeRequest) (Approval, error) {
	permit, _, err := c.permit(&p)
	return permit, err
}

// Check is [Catalog.Check] without a catalog: a plan, a term or a price is what the change says of it, and plans compare by what they cost
// in a year.
// Errors: as there, and the faults of the rules.
func (r ChangeRules) Check(p ChangeRequest) (Approval, error) {
	var f fault.List
	checkRules(&f, r)
	p.check(&f)
	if f != nil {
		return Approval{}, f.Err()
	}
	if _, err := p.Contract.RemainingPortions(p.At); err != nil {
		return Approval{}, err
	}
	permit, _, err := r.permit(&p, 0)
	return permit, err
}

// Validate returns every fault of the rules.
func (r ChangeRules) Validate() error {
	var f fault.List
	checkRules(&f, r)
	return f.Err()
}

// check adds the faults of the proposal.
func (p *ChangeRequest) check(f *fault.List) {
	fault.Enum(f, "by", actors, p.By)
	if p.At.IsZero() {
		f.Add("at", proration.ErrUnset, "a change is asked for at an instant")
	}
	f.Under("contract", p.Contract.Validate())
	var change fault.List
	p.Change.check(&change)
	f.Under("change", renamed(change.Err(), "change", ""))
}

// permit is Check. It also returns the contract after the change.
func (c *Catalog) permit(p *ChangeRequest) (Approval, Contract, error) {
	var f fault.List
	c.check(&f)
	p.check(&f)
	if f != nil {
		return Approval{}, Contract{}, f.Err()
	}
	if _, err := p.Contract.RemainingPortions(p.At); err != nil {
		return Approval{}, Contract{}, err
	}
	if err := c.resolve(p); err != nil {
		return Approval{}, Contract{}, err
	}
	rank := 0
	if i := slices.IndexFunc(c.Plans, func(plan Plan) bool { return plan.ID == p.Contract.Plan }); i >= 0 {
		rank = c.Plans[i].Rank
	}
	return c.ChangeRules.permit(p, rank)
}

// permit is Check of a sound proposal. It also returns the contract after the change. Its plan has the rank.
func (r ChangeRules) permit(p *ChangeRequest, rank int) (permit Approval, after Contract, err error) {
	if permit.Action, err = p.classify(rank); err != nil {
		return Approval{}, after, err
	}
	if p.Change.Plan != nil {
		if permit.Breaks, err = p.Change.Plan.Exceeded(p.Usage); err != nil {
			return Approval{}, after, err
		}
	}
	rule, err := r.rule(permit.Action, p.By, permit.Breaks)
	if err != nil {
		return Approval{}, after, err
	}
	if err = p.noticed(permit.Action, rule.Effective); err != nil {
		return Approval{}, after, err
	}
	permit.Effective = rule.Effective
	if permit.At, err = p.Contract.effective(rule.Effective, p.At); err != nil {
		return Approval{}, after, err
	}
	if after, err = p.Contract.Changed(p.Change, permit.At); err != nil {
		return Approval{}, Contract{}, proration.Under("change", err)
	}
	return permit, after, nil
}

// noticed refuses a cancellation that comes too late for the end of the term.
func (p *ChangeRequest) noticed(action Action, when EffectiveTiming) error {
	if action != Cancel || when != AtTermEnd || len(p.Contract.Terms) == 0 {
		return nil
	}
	by, err := p.Contract.NoticeBy()
	if err != nil || p.At.Before(by) {
		return err
	}
	return &Refusal{
		Rule: action.String(), Reason: "notice was due before " + date(by), Instead: "cancel for the end of the next term once that has begun",
	}
}

// rule returns the rule that lets somebody do something, or the refusal.
func (r ChangeRules) rule(action Action, by Actor, breaks []LimitUsage) (ChangeRule, error) {
	refusal := &Refusal{Rule: action.String(), Reason: "nobody may do that"}
	found := false
	for _, rule := range r {
		switch {
		case rule.Action != action:
			continue
		case slices.Contains(rule.By, by) && rule.Limits && len(breaks) > 0:
			refusal.Reason = inWords(breaks)
			refusal.Instead = "use fewer of them first"
			return ChangeRule{}, refusal
		case slices.Contains(rule.By, by):
			return rule, nil
		case len(rule.By) > 0 && !found:
			refusal.Reason = "a " + by.String() + " may not do that"
			refusal.Instead = rule.By[0].String() + " can do it, " + rule.Effective.words()
		}
		if rule.Reason != "" {
			refusal.Reason = rule.Reason
		}
		if rule.Instead != "" {
			refusal.Instead = rule.Instead
		}
		found = true
	}
	if !found && action == Lateral {
		return r.rule(Upgrade, by, breaks)
	}
	return ChangeRule{}, refusal
}

// words says when, for people.
func (w EffectiveTiming) words() string {
	switch w {
	case Immediately:
		return "at once"
	case AtPeriodEnd:
		return "at the end of the period"
	case AtTermEnd:
		return "at the end of the term"
	}
	return w.String()
}

// effective returns the instant at which a change takes effect.
func (c *Contract) effective(when EffectiveTiming, at time.Time) (time.Time, error) {
	end := c.End()
	if when == Immediately {
		return at, nil
	}
	if when == AtTermEnd && at.Before(end) {
		return end, nil
	}
	rest, err := c.RemainingPortions(at)
	if err != nil {
		return time.Time{}, err
	}
	return rest[0].Span.End, nil
}

// checkRules adds the faults of the rules.
func checkRules(f *fault.List, rules ChangeRules) {
	for i, r := range rules {
		path := element("change_rules", i)
		fault.Enum(f, path+".action", actions, r.Action)
		if len(r.By) > 0 {
			checkActors(f, path+".by", r.By)
			fault.Enum(f, path+".effective", effectiveTimings, r.Effective)
		}
		for _, other := range rules[:i] {
			if other.Action == r.Action && (len(r.By) == 0 || len(other.By) == 0 || slices.ContainsFunc(r.By, func(a Actor) bool { return slices.Contains(other.By, a) })) {
				f.Add(path+".by", proration.ErrInvalid, "another rule of %v is for them already", r.Action)
				break
			}
		}
	}
}
