package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// ChangeRule allows some actors an action on a contract, and sets when the change takes effect. A rule without actors
// forbids the action. An action without a rule is forbidden. Several rules for one action must name different actors.
//
// Reason and Instead are complete sentences for the customer, such as "Seats can be removed at the end of the term."
// and "Ask support to remove them." If no rule for the action names the actor, the [Refusal] contains both verbatim.
// An empty Reason gets a default sentence, and so does an empty Instead if another actor may do the action.
type ChangeRule struct {
	Action     Action           `json:"action"`              // action that the rule is about; required
	By         []Actor          `json:"by,omitzero"`         // actors who may do it; empty forbids the action
	Effective  EffectiveTiming  `json:"effective,omitzero"`  // time when the change takes effect; required with By
	Prorations ProrationBilling `json:"prorations,omitzero"` // time when the proration is billed; unset is the policy's
	// ProrationSettings are how much the change charges and credits; a field that is unset follows the policy.
	ProrationSettings ProrationSettings `json:"proration_settings,omitzero"`
	IfPaid            bool              `json:"if_paid,omitzero"` // the change takes effect when it is paid
	Limits            bool              `json:"limits,omitzero"`  // refuse limits that the usage exceeds
	Reason            string            `json:"reason,omitzero"`  // sentence that says why the action is refused
	Instead           string            `json:"instead,omitzero"` // sentence that names the way out
}

// ChangeRules are the rules for all actions, with or without a catalog.
type ChangeRules []ChangeRule

// ChangeRequest is a request to change a contract.
type ChangeRequest struct {
	// Catalog has the plans, terms and prices that a change may name. Without one, the change itself defines them.
	Catalog  *Catalog     `json:"catalog,omitempty"`
	Contract Contract     `json:"contract"`       // contract before the change
	Change   Change       `json:"change"`         // requested change
	By       Actor        `json:"by"`             // actor who requests the change; required
	At       time.Time    `json:"at"`             // time of the request
	Usage    []LimitUsage `json:"usage,omitzero"` // current usage, compared with the limits after the change
	// Effective is the requested timing of the change, and On the requested time; at most one of them is set. Without
	// them the change takes effect when the rules say. Support may ask for an earlier time than that.
	Effective  EffectiveTiming  `json:"effective,omitzero"`
	On         time.Time        `json:"on,omitzero"`         // requested time, not before At
	Prorations ProrationBilling `json:"prorations,omitzero"` // the policy's, for actions whose rules have none
	// ProrationSettings are the policy's, for actions whose rules have none.
	ProrationSettings ProrationSettings `json:"proration_settings,omitzero"`
	// PaidThrough is the end of the time that is paid for, for at_paid_through; zero is the end of the period.
	PaidThrough time.Time `json:"paid_through,omitzero"`
	// Charges are the billed charges of the present period. An item that returns in it has its old price.
	Charges []Charge `json:"charges,omitzero"`
}

// Approval is the result of a change request that the rules allow.
type Approval struct {
	Actions    []Action         `json:"actions,omitzero"`    // actions of the change; none for what is already there
	Effective  EffectiveTiming  `json:"effective,omitzero"`  // latest timing of the actions' rules, or the requested one
	At         time.Time        `json:"at"`                  // time when the change takes effect
	Prorations ProrationBilling `json:"prorations,omitzero"` // earliest billing that the rules of the actions set
	IfPaid     bool             `json:"if_paid,omitzero"`    // the change takes effect when it is paid
	// ProrationSettings are the largest charge and the smallest credit that the rules of the actions set.
	ProrationSettings ProrationSettings `json:"proration_settings,omitzero"`
	Breaks            []LimitUsage      `json:"breaks,omitzero"` // limits of a new plan or lower ones that are exceeded
	Change            Change            `json:"change"`          // change to make, with the values of the catalog
}

// Check returns the actions of a change, the time when it takes effect and the change to make, or a [Refusal] with the
// rule, the reason and the way out.
//
//   - Each action of the change, as [Classify] returns them, needs a rule, and the strictest applies to the whole
//     change: an action that is forbidden, one that another actor must request, the latest time.
//   - A lateral change without a rule of its own follows the rule for upgrades.
//   - A customer may ask for a later time than the rules set. An earlier one is refused, unless support asks for it.
//   - A cancellation at the end of the term is refused once the notice period has started. A contract that runs on from
//     period to period then ends once the notice is over, or at the end of that period, as the rule says.
//   - A limit of the plan that has the name of an item limits its units: a change to more is refused. So is a quantity
//     outside the bounds of the plan's offer, as [Plan.CheckQuantities] says.
//   - The limits are those of the plan with what the items of the contract add, as [Plan.With] returns them.
//   - Without a catalog, the change itself defines a new plan, term or price, and plans compare by their yearly value.
//
// With a catalog:
//
//   - Another interval takes the prices of the plan's offers for that interval, if it has offers for several. A change
//     to such a plan keeps the interval of the contract if the plan is sold for it, and else has the plan's own.
//   - The change names a plan by its ID and a term by its length. Every other field of the plan or term comes from the
//     catalog. A plan or a term that the catalog does not have is refused.
//   - An item that neither the contract nor the plan has is refused. A new item has the plan's price.
//     [Contract.ReturningPrices] goes before it.
//   - Only [Support] may set a special price for an item of the contract. An unset Per becomes the old price's Per.
//   - A customer's [Override] applies only if the request has the catalog that [Catalog.With] returns.
//
// Errors: a Refusal; the faults of the rules, the catalog and the request; ErrOutside for a time outside the terms; and
// those of [Contract.Changed].
func (r ChangeRules) Check(p ChangeRequest) (Approval, error) {
	var f fault.List
	checkRules(&f, r)
	p.check(&f)
	if f != nil {
		return Approval{}, f.Err()
	}
	if _, err := p.Contract.remainingPortions(p.At); err != nil {
		return Approval{}, err
	}
	p.Change = p.Contract.ReturningPrices(p.Change, p.Charges, p.At)
	rank := 0
	plan := p.Change.Plan
	if c := p.Catalog; c != nil {
		if err := c.resolve(&p); err != nil {
			return Approval{}, err
		}
		if plan = c.known(p.Contract.Plan); plan != nil {
			rank = plan.Rank
		}
		if p.Change.Plan != nil {
			plan = c.known(p.Change.Plan.ID) // with the offers for every interval
		}
	}
	return r.permit(&p, plan, rank)
}

// Validate returns every fault of the rules: ErrUnset for a missing action, and for a missing timing of a rule with
// actors; ErrInvalid for an unknown action, actor or timing, and for two rules that cover one actor.
func (r ChangeRules) Validate() error {
	var f fault.List
	checkRules(&f, r)
	return f.Err()
}

// check adds the faults of the request.
func (p *ChangeRequest) check(f *fault.List) {
	if p.Catalog != nil {
		f.Under("catalog", p.Catalog.Validate())
	}
	fault.Enum(f, "by", actors, p.By)
	if p.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the time of the request")
	}
	fault.Optional(f, "effective", p.Effective)
	fault.Optional(f, "prorations", p.Prorations)
	p.ProrationSettings.check(f, "proration_settings")
	switch {
	case !p.On.IsZero() && p.Effective != 0:
		f.Add("effective", proration.ErrInvalid, "must be unset together with on; got %v", p.Effective)
	case !p.On.IsZero() && p.On.Before(p.At):
		f.Add("on", proration.ErrOutside, "must not be before the request, %s; got %s",
			p.At.Format(time.RFC3339), p.On.Format(time.RFC3339))
	}
	f.Under("contract", p.Contract.Validate())
	f.Under("change", p.Change.Validate())
	if p.Change.Plan != nil && p.Catalog == nil {
		f.Under("change.plan", p.Change.Plan.validate())
		p.Change.Plan.checkOneInterval(f, "change.plan")
	}
}

// rule returns the rule that allows an actor an action, or a refusal.
func (r ChangeRules) rule(action Action, by Actor, breaks []LimitUsage) (ChangeRule, error) {
	refusal := &Refusal{Rule: action.String(), Reason: capital(action.words()) + "s are not available."}
	found := false
	for _, rule := range r {
		switch {
		case rule.Action != action:
			continue
		case slices.Contains(rule.By, by) && rule.Limits && len(breaks) > 0:
			refusal.Reason = inWords(breaks)
			refusal.Instead = "Reduce the usage first."
			return ChangeRule{}, refusal
		case slices.Contains(rule.By, by):
			return rule, nil
		case len(rule.By) > 0 && !found:
			refusal.Reason = capital(action.words()) + "s are handled by " + rule.By[0].words() + "."
			refusal.Instead = "Ask " + rule.By[0].words() + "; the change takes effect " + rule.Effective.words() + "."
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

// checkRules adds the faults of the rules to the list.
func checkRules(f *fault.List, rules ChangeRules) {
	for i, r := range rules {
		path := fault.At("change_rules", i)
		fault.Enum(f, path+".action", actions, r.Action)
		if len(r.By) > 0 {
			checkActors(f, path+".by", r.By)
			fault.Enum(f, path+".effective", effectiveTimings, r.Effective)
		}
		fault.Optional(f, path+".prorations", r.Prorations)
		r.ProrationSettings.check(f, path+".proration_settings")
		for _, other := range rules[:i] {
			if other.Action == r.Action && (len(r.By) == 0 || len(other.By) == 0 ||
				slices.ContainsFunc(r.By, func(a Actor) bool { return slices.Contains(other.By, a) })) {
				f.Add(path+".by", proration.ErrInvalid, "must not overlap with an earlier rule for %v", r.Action)
				break
			}
		}
	}
}
