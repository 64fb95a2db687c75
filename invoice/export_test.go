package invoice

// Reseal returns the invoice with the seal of its current content, as an editor could compute it.
func Reseal(inv Invoice) (Invoice, error) {
	first := inv.first()
	if len(inv.Events) == 0 && inv.Status == Drafted || len(inv.Events) > 0 && inv.Events[0].Kind == Issued {
		first = Drafted
	}
	var err error
	inv.Seal, err = inv.seal(first)
	return inv, err
}
