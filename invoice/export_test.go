package invoice

// Reseal returns the invoice with the seal of its current content, as an editor could compute it.
func Reseal(inv Invoice) (Invoice, error) {
	var err error
	inv.Seal, err = inv.seal()
	return inv, err
}
