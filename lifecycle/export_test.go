package lifecycle

// Edge is a transition of the tables: the event or deadline, and the statuses that it leads from and to.
type Edge struct {
	From, To Status
	Event    EventKind
	Deadline DeadlineKind
}

// Edges returns every transition of the tables: those that change the status, and those that keep it.
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

// EventKinds returns the number of event kinds.
func EventKinds() int { return len(eventKinds) - 1 }

// Number returns the number of statuses.
func Number() int { return len(statuses) - 1 }

// FieldsRead returns the names of the fields that a kind of event reads.
func FieldsRead(kind EventKind) []string { return kind.reads().names() }
