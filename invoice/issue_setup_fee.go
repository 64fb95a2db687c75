package invoice

import "github.com/billingrules/billing/proration"

// setUp bills the set-up fees of the contract with its first period, in advance and in arrears. A period that costs
// nothing leaves them to the next one.
func (w *work) setUp() error {
	due := len(w.after.SetupFees) > 0 && !w.after.SetupFeesBilled
	if !due || !w.Change.IsZero() || w.Close || !w.ended.IsZero() || w.Extent != 0 {
		return nil
	}
	var period proration.Period
	if len(w.rest) > 0 {
		period = w.rest[0].Period
	}
	fees, err := w.after.SetupCharges(period, w.Policy.Proration)
	w.lines, w.after.SetupFeesBilled = append(w.lines, fees...), true
	return err
}
