package fault_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/billingrules/billing/internal/fault"
)

// texts returns the text of each fault in an error.
func texts(err error) (all []string) {
	for _, e := range fault.All(err) {
		all = append(all, e.Error())
	}
	return all
}

func check(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := texts(err); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

var errOther = errors.New("no policy")

// faulty joins faults of nested values and another error.
func faulty() error {
	nested := errors.Join(fault.New("items[0].price", fault.ErrUnset, "required"), fault.New("", fault.ErrInvalid, "unknown"))
	return errors.Join(fault.New("items", fault.ErrLimit, "too many"), fmt.Errorf("contract: %w", nested), errOther)
}

// No error is lost, whether it is joined, wrapped or no fault at all.
func TestAllFindsEveryFault(t *testing.T) {
	check(t, nil)
	check(t, faulty(), "items: too many", "items[0].price: required", "unknown", "no policy (no policy)")
	if all := fault.All(errOther); len(all) != 1 || !errors.Is(all[0], errOther) || all[0].Reason != "no policy" {
		t.Errorf("another error becomes %+v", all)
	}
}

func TestUnderPutsThePathInFront(t *testing.T) {
	check(t, fault.Under("change", faulty()), "change.items: too many", "change.items[0].price: required", "change: unknown",
		"no policy (no policy)")
	if fault.Under("change", nil) != nil || !errors.Is(fault.Under("change", errOther), errOther) {
		t.Error("an error without a field is not the same under a path")
	}
}

// A path is replaced as a whole, never a part of a longer name.
func TestRenameReplacesAPath(t *testing.T) {
	for _, row := range []struct{ field, from, to, want string }{
		{"at", "at", "anchor", "anchor"},
		{"at.zone", "at", "anchor", "anchor.zone"},
		{"charges[2].net", "charges", "billed", "billed[2].net"},
		{"charges[2].net", "charges[2]", "event.charge", "event.charge.net"},
		{"attempts", "at", "anchor", "attempts"},
		{"first.at", "at", "anchor", "first.at"},
		{"change", "change", "", ""},
		{"change.item", "change", "", "item"},
	} {
		err := fault.Rename(errors.Join(fault.New(row.field, fault.ErrUnset, "required")), row.from, row.to)
		if all := fault.All(err); len(all) != 1 || all[0].Field != row.want || !errors.Is(err, fault.ErrUnset) {
			t.Errorf("%+v: got %v", row, err)
		}
	}
	check(t, fault.Rename(faulty(), "items", "lines"), "lines: too many", "lines[0].price: required", "unknown",
		"no policy (no policy)")
}

// The error that is renamed keeps its own field, so that a caller can report it twice.
func TestRenameChangesACopy(t *testing.T) {
	err := fault.New("at", fault.ErrUnset, "required")
	check(t, fault.Rename(err, "at", "anchor"), "anchor: required")
	check(t, err, "at: required")
}
