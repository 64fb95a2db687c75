//go:build !bigonly

package exact

// Small uses 64- and 128-bit integers where numbers fit them. The tag bigonly turns that off, so that all tests also
// run on the other path:
//
//	go test -tags bigonly ./...
const Small = true
