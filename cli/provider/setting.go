package provider

// Setting is one thing that a vendor keeps beside deployments, and has otherwise than is wanted.
type Setting struct {
	Name string // as release.yaml, or the vendor, calls it
	Want string
	Has  string
}
