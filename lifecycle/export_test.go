package lifecycle

// Edge is a line of the tables of the life cycle: what leads from which status to which.
type Edge struct {
	From, To Status
	Event    EventKind
	Deadline DeadlineKind
}

// Edges returns every line of the tables, one for each pair of statuses; Staying is those that stay where they are.
func Edges() (leading, staying []Edge) {
	add := func(event EventKind, deadline DeadlineKind, from, to set) {
		for a := range Status(len(statuses)) {
			if !from.has(a) {
				continue
			}
			staying = append(staying, Edge{a, a, event, deadline})
			for b := range Status(len(statuses)) {
				if to.has(b) && a != b {
					leading = append(leading, Edge{a, b, event, deadline})
				}
			}
		}
	}
	for _, t := range transitions {
		add(t.event, 0, t.from, t.to)
	}
	for _, p := range passages {
		add(0, p.deadline, p.from, p.to)
	}
	return leading, staying
}

// EventKinds is how many kinds of events there are.
func EventKinds() int { return len(eventKinds) - 1 }

// Number is how many statuses there are.
func Number() int { return len(statuses) - 1 }
