package jsonfault

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fault returns a fault at an offset.
func (f *File) fault(offset int64, path, reason string) Fault {
	offset = max(0, min(offset, int64(len(f.data))))
	line := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset })
	column := f.characters(offset) - f.characters(f.lines[line-1]) + 1
	return Fault{File: f.name, Line: line, Column: column, Path: path, Reason: reason}
}

const block = 1024 // size in bytes of the blocks whose characters are counted in advance

// characters returns the number of characters that start before an offset.
func (f *File) characters(offset int64) int {
	return f.counts[offset/block] + begins(f.data[offset/block*block:offset])
}

// begins returns the number of characters that start in a text.
func begins(data []byte) (n int) {
	for _, b := range data {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

// At returns a fault at the value of a field, or at the nearest value around it if the file has no such field. The
// path is written as in Go and JavaScript, "events[3].change.quantity"; "" means the whole file.
func (f *File) At(path, reason string) Fault {
	if f.root == nil {
		return Fault{File: f.name, Path: path, Reason: reason}
	}
	at := f.root
	for _, step := range steps(path) {
		next := at.step(step)
		if next == nil {
			break
		}
		at = next
	}
	return f.fault(at.start, path, reason)
}

// Has reports whether the file has a value at the path.
func (f *File) Has(path string) bool { return f.find(path) != nil }

// Text returns the text at the path, and false if the value there is missing or not text.
func (f *File) Text(path string) (string, bool) {
	n := f.find(path)
	if n == nil || n.kind != text {
		return "", false
	}
	return n.text, true
}

// List reports whether the whole file is a list.
func (f *File) List() bool { return f.root != nil && f.root.kind == array }

// Len returns the length of the list at the path, or 0 if there is no list.
func (f *File) Len(path string) int {
	if n := f.find(path); n != nil && n.kind == array {
		return len(n.items)
	}
	return 0
}

// Names returns the field names of the object at the path in file order, each once.
func (f *File) Names(path string) (names []string) {
	n := f.find(path)
	if n == nil || n.kind != object {
		return nil
	}
	for i, m := range n.members {
		if n.member(m.name) == &n.members[i] {
			names = append(names, m.name)
		}
	}
	return names
}

// find returns the value at the path, or nil.
func (f *File) find(path string) *node {
	at := f.root
	for _, step := range steps(path) {
		if at == nil {
			return nil
		}
		at = at.step(step)
	}
	return at
}

// step returns the member with a name or the element at an index, or nil if there is none.
func (n *node) step(step string) *node {
	if n.kind == object {
		if m := n.member(step); m != nil {
			return m.value
		}
		return nil
	}
	i, err := strconv.Atoi(step)
	if err != nil || n.kind != array || i < 0 || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}

// steps splits a path into its names and indices.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}
