package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// read reads a scenario file and returns all its faults. The name "" reads the built-in story.json.
func read(name string) (*input, []jsonfault.Fault) {
	var in input
	var faults []jsonfault.Fault
	in.file, faults = open(name)
	if !in.file.Parsed() {
		return &in, faults
	}
	zone, unknown := in.zone("zone")
	in.location = zone
	faults = append(faults, unknown...)
	faults = append(faults, in.file.Decode(&in.scenario, reading(zone))...)
	faults = append(faults, in.fill()...)
	faults = append(faults, in.readPolicies()...)
	faults = with(append(faults, in.check(faults)...), in.invalid())
	if len(faults) == 0 {
		faults = in.begin()
	}
	jsonfault.Sort(faults)
	return &in, faults
}

const maxSize = 64 << 20 // largest file in bytes

// open reads and parses a file.
func open(name string) (*jsonfault.File, []jsonfault.Fault) {
	if name == "" {
		return jsonfault.Parse("story.json", story)
	}
	data, err := contents(name)
	if err != nil {
		return jsonfault.Missing(name, reason(err))
	}
	return jsonfault.Parse(name, data)
}

// contents returns the bytes of a file.
func contents(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("must be at most %d bytes long", maxSize)
	}
	return data, err
}

// zone returns the time zone that a field names, or UTC if the name is unknown.
func (in *input) zone(path string) (*time.Location, []jsonfault.Fault) {
	name, is := in.file.Text(path)
	if !is {
		return time.UTC, nil // decoding the field reports the fault
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return time.UTC, []jsonfault.Fault{in.file.At(path, fmt.Sprintf("must be an IANA time zone; got %.60q", name))}
	}
	return zone, nil
}

// fill sets the fields that a file may omit: the zone of the cycle and the sequence numbers of the events.
func (in *input) fill() (faults []jsonfault.Fault) {
	const own = "subscription.contract.cycle.zone"
	zone := in.location
	if in.file.Has(own) {
		zone, faults = in.zone(own)
	}
	cycle := &in.Subscription.Contract.Cycle
	cycle.Zone, cycle.Location = zone.String(), zone
	events, each := int64(0), int64(1)
	if len(in.Taxes) > 0 {
		each = spaced
	}
	for i := range in.Entries {
		if in.file.Has(entryAt(i, "expect")) {
			continue
		}
		events += each
		if !in.file.Has(entryAt(i, "sequence")) {
			in.Entries[i].Sequence = events
		}
	}
	return faults
}

// spaced is the distance of the numbers of events if the answers of a tax engine get numbers between them.
const spaced = 1_000

// entryAt returns the path of a field of an entry.
func entryAt(i int, field string) string {
	path := fmt.Sprintf("entries[%d]", i)
	if field != "" {
		path += "." + field
	}
	return path
}

// readPolicies reads the policy, or each of several policies, over the standard policy.
func (in *input) readPolicies() (faults []jsonfault.Fault) {
	var paths []string
	if in.file.Has("policy") {
		paths = append(paths, "policy")
	}
	for i := range in.file.Len("policies") {
		paths = append(paths, fmt.Sprintf("policies[%d]", i))
	}
	for _, path := range paths {
		policy, found := policyfile.Read(in.file, path, reading(in.location))
		in.policies, faults = append(in.policies, policy), append(faults, found...)
	}
	return faults
}

// begin sets the subscription before its first event. It quotes an order first. A refused order is not a fault of the
// file; begin keeps the refusal.
func (in *input) begin() []jsonfault.Fault {
	in.first = in.Subscription
	if !in.file.Has("order") {
		return nil
	}
	policy := in.policy(in.Order.At)
	if policy.Catalog == nil {
		return []jsonfault.Fault{in.file.At("order", "requires a policy with a catalog")}
	}
	order := in.Order.Order
	order.UnusedTrial = policy.Trial.UnusedTrial
	order.PaymentMethodOptional = !policy.Trial.RequirePaymentMethod
	quote, err := policy.Catalog.Quote(order, policy.Billing.Proration, policy.Billing.Allocation)
	if err != nil && (errors.Is(err, plans.ErrRefused) || in.Refused != nil && in.Refused.is) {
		in.declined = err
		return nil
	}
	var faults []jsonfault.Fault
	for _, e := range fault.All(err) {
		faults = append(faults, in.file.At("order."+e.Field, e.Reason))
	}
	in.first = lifecycle.Subscription{
		ID: in.Order.ID, Account: invoice.Account{Contract: quote.Contract}, Country: in.Order.Country,
	}
	return faults
}
