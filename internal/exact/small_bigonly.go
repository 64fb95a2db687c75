//go:build bigonly

package exact

// Small uses no integers of 64 and 128 bits; see the other file.
const Small = false
