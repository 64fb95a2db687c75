package proration_test

import (
	"archive/zip"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/proration"
)

// sampledZones have rules of several kinds after the last clock change that they list: north and south, half an hour,
// none, midnight, negative daylight saving time, and a list of changes until 2087.
var sampledZones = []string{
	"America/New_York", "America/Santiago", "America/Havana", "America/Nuuk", "America/Asuncion", "Africa/Casablanca",
	"Africa/Cairo", "Asia/Gaza", "Asia/Tehran", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Apia",
}

// zonesUnderTest returns the sample, or all zones of the archive that the environment variable ZONES names:
//
//	ZONES=$(go env GOROOT)/lib/time/zoneinfo.zip go test ./proration -run TestPeriodsAroundClockChanges
func zonesUnderTest(t *testing.T) (zones []*time.Location, until int) {
	name := os.Getenv("ZONES")
	if name == "" {
		for _, name := range race.Few(sampledZones, 4) {
			zones = append(zones, zone(t, name))
		}
		return zones, 2050
	}
	archive, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	for _, file := range archive.File {
		if strings.HasSuffix(file.Name, "/") {
			continue
		}
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		loc, err := time.LoadLocationFromTZData(file.Name, data)
		if err != nil {
			t.Fatal(file.Name, err)
		}
		zones = append(zones, loc)
	}
	return zones, 2201
}

// A period that starts or ends near a clock change has the boundaries that package time gives offset by offset, also
// where the rule of a zone decides and not its list of changes. The ordinary run takes a sample of zones until 2050.
// With the zones of an archive it takes all of them until 2201: see zonesUnderTest.
func TestPeriodsAroundClockChanges(t *testing.T) {
	zones, until := zonesUnderTest(t)
	limit := time.Date(until, 1, 1, 0, 0, 0, 0, time.UTC)
	var changes, periods atomic.Int64
	t.Run("zones", func(t *testing.T) {
		for _, loc := range zones {
			t.Run(loc.String(), func(t *testing.T) {
				t.Parallel()
				change := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
				for {
					if change = clockChange(change, limit, loc); !change.Before(limit) {
						break
					}
					changes.Add(1)
					periods.Add(int64(checkAround(t, change, loc)))
				}
			})
		}
	})
	t.Logf("%d zones, %d clock changes, %d periods", len(zones), changes.Load(), periods.Load())
}

// checkAround checks periods that start or end around a clock change and around the end of its year, and returns their
// number.
func checkAround(t *testing.T, change time.Time, loc *time.Location) (count int) {
	t.Helper()
	reading := time.Unix(change.Unix()+int64(offset(change, loc)/time.Second), 0).UTC()
	newYear := time.Date(reading.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, around := range []time.Duration{-49 * time.Hour, -24 * time.Hour, -time.Hour, -time.Second, 0, 59 * time.Minute, 24 * time.Hour} {
		for _, anchor := range []time.Time{reading.Add(around), newYear.Add(around)} {
			for _, text := range []string{"P1D", "P1M", "P1Y"} {
				slow := slowCycle{anchor: anchor, interval: interval(text), loc: loc}
				before, start, end := slow.boundary(-1), slow.boundary(0), slow.boundary(1)
				for n, want := range map[int]proration.Period{-1: {Start: before, End: start}, 0: {Start: start, End: end}} {
					got, err := slow.cycle().Period(n)
					if err != nil || !got.Equal(want) {
						t.Fatalf("%v: %s from %v: period %d is %v, %v, want %v", loc, text, anchor, n, got, err, want)
					}
					count++
				}
			}
		}
	}
	return count
}
