// Package jsonfault reads JSON files that people write, and reports every fault of a file at once, with its line and
// column, its field and a reason.
//
//	file, faults := jsonfault.Parse("policy.json", data)
//	faults = append(faults, file.Decode(&policy, jsonfault.Reading{})...)
//	for _, f := range faults {
//		fmt.Fprintln(os.Stderr, f) // policy.json:12:9: change_rule: unknown field; did you mean "change_rules"?
//	}
//
// [Parse] builds a tree whose nodes know their positions in the file. [File.Decode] fills a Go value from the tree as
// encoding/json does, but strictly: field names must match exactly, and unknown fields, repeated fields and a null
// for a value that cannot be nil are faults. [File.At] places a fault that a later check finds, by the field's path.
package jsonfault
