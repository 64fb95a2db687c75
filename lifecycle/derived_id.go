package lifecycle

import (
	"strconv"
	"strings"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// id returns the next ID that derives from the cause: the subscription, the cause and a number, parted by slashes. The
// slashes of the subscription are escaped, so that the first and the last slash part the ID, and two never meet.
func (s *step) id() string {
	s.caused++
	return s.sub.escapedID() + "/" + s.cause + "/" + strconv.Itoa(s.caused)
}

// idPrefix begins every derived ID of the subscription except those of documents.
func (s *Subscription) idPrefix() string { return s.escapedID() + "/" }

// escapedID returns the subscription's ID without slashes.
func (s *Subscription) escapedID() string {
	return strings.ReplaceAll(strings.ReplaceAll(s.ID, "%", "%25"), "/", "%2F")
}

// eventID begins the ID of an event, which the event's number ends.
const eventID = "event-"

// reserves reports whether a document, a grant or a task of the subscription has or can get an ID.
func (s *Subscription) reserves(id string) bool {
	number, own := strings.CutPrefix(id, s.ID+missingID)
	if !own {
		number, own = strings.CutPrefix(id, s.ID+"-")
	}
	return own && isNumber(number) || strings.HasPrefix(id, s.idPrefix())
}

// isNumber reports whether a text is a number as the package writes it.
func isNumber(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n > 0 && strconv.Itoa(n) == text
}

// checkGrantIDs refuses IDs of a grant that the package gives: a later document could not have its ID, and a document
// that is void or corrected would take the grant along.
func (s *step) checkGrantIDs(e *Event) error {
	var f fault.List
	for _, x := range []struct{ name, id string }{{"id", e.Grant.ID}, {"ref", e.Grant.Ref}} {
		if s.sub.reserves(x.id) {
			f.Add("event.grant."+x.name, proration.ErrInvalid,
				"must not be an ID that the subscription gives to its documents and credits; got %.40q", x.id)
		}
	}
	if f == nil {
		return nil
	}
	return s.conflict(f.Err())
}

// checkPaymentID refuses the ID of an unknown payment that the package gives to payments without an ID. A report can
// name a payment that has such an ID.
func (s *step) checkPaymentID(f *fault.List, id string, r *invoice.Receivable) {
	for i := range r.Events {
		if r.Events[i].ID == id {
			return
		}
	}
	number, derived := strings.CutPrefix(id, eventID)
	if derived && isNumber(number) || strings.HasPrefix(id, s.sub.idPrefix()) {
		f.Add("event.payment.id", proration.ErrInvalid,
			"must not be an ID that the subscription gives to payments without one; got %.40q", id)
	}
}
