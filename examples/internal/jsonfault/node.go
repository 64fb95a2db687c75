package jsonfault

import "strconv"

// kind is the JSON kind of a node.
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

// node is a value in a file with its position.
type node struct {
	kind    kind
	start   int64          // offset of the first byte
	end     int64          // offset after the last byte
	text    string         // content of a text, a number, true or false
	items   []*node        // elements of a list
	members []member       // members of an object in file order, including repeated names
	first   map[string]int // index of the first member with each name
}

// member is a name in an object with its value.
type member struct {
	name  string
	start int64 // offset of the name
	value *node
}

// member returns the first member with a name, or nil if there is none.
func (n *node) member(name string) *member {
	if i, has := n.first[name]; has {
		return &n.members[i]
	}
	return nil
}

// under returns the path of a field inside the object at a path.
func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// element returns the path of an element of the list at a path.
func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
