package jsonfault

import "strconv"

// kind is what a node is.
type kind uint8

const (
	null kind = iota + 1
	boolean
	number
	text
	array
	object
)

var kinds = []string{"", "null", "true or false", "a number", "text", "a list", "an object"}

// node is a value in a file, and where it stands.
type node struct {
	kind    kind
	start   int64          // offset of its first byte
	end     int64          // offset after its last
	text    string         // of text, a number, true or false
	items   []*node        // of a list
	members []member       // of an object, in order, also those that come twice
	first   map[string]int // where the first member of each name is
}

// member is a name in an object, and its value.
type member struct {
	name  string
	start int64 // offset of the name
	value *node
}

// member returns the first of a name, and nil where there is none.
func (n *node) member(name string) *member {
	if i, has := n.first[name]; has {
		return &n.members[i]
	}
	return nil
}

// under returns the path of a field in what stands at another.
func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// element returns the path of an element of the list that stands at another.
func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
