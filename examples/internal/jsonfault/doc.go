// Package jsonfault reads JSON files that people write, and tells every fault of one at once: where it stands, which field it is about,
// and why.
//
//	file, faults := jsonfault.Parse("policy.json", data)
//	faults = append(faults, file.Decode(&policy, jsonfault.Reading{})...)
//	for _, f := range faults {
//		fmt.Fprintln(os.Stderr, f) // policy.json:12:9: billing.basis: "bill" is none of billed, price
//	}
//
// [Parse] makes a tree whose nodes know where they stand. [File.Decode] fills a Go value from it field by field, as encoding/json would but
// strictly: names are matched exactly, an unknown one and one that comes twice are faults, and so is null for what cannot be nil. What is found
// out later about a field is placed by its path: [File.At].
package jsonfault
