package box

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"readme/cli/box/fault"
)

// Switch is one fault of one vendor: what it does, and whether it is on.
type Switch struct {
	Vendor string
	Kind   fault.Kind
	On     []fault.Fault // as it was switched on; none while it is off
}

// faulty is an emulator that can play faults.
type faulty interface{ Faults() *fault.Board }

// board remembers the switches of an emulator. A vendor may have several emulators: what is switched on at it, is at all.
func (b *Box) board(vendor string, emulator any) {
	f, ok := emulator.(faulty)
	if !ok {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.boards[vendor] = append(b.boards[vendor], f.Faults())
}

// control lets other commands of the same person switch faults, and read what a founder would have typed in. It asks for the key that
// lies in the box's folder.
func (b *Box) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answer(w, b.switches()) })
	mux.HandleFunc("POST /faults/{vendor}", b.setFault)
	mux.HandleFunc("DELETE /faults/{vendor}/{name}", b.clearFault)
	mux.HandleFunc("GET /env/{name}", b.showEnv)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Get("Authorization")
		if subtle.ConstantTimeCompare([]byte(given), []byte("Bearer "+b.info.ControlKey.Reveal())) != 1 {
			http.Error(w, "this is the box's own door", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (b *Box) switches() []Switch {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Switch
	for _, vendor := range slices.Sorted(maps.Keys(b.boards)) {
		board := b.boards[vendor][0] // all of one vendor know the same kinds
		for _, k := range board.Kinds() {
			s := Switch{Vendor: vendor, Kind: k}
			for _, f := range board.On() {
				if f.Name == k.Name {
					s.On = append(s.On, f)
				}
			}
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Switch) int { return cmp.Compare(a.Vendor, b.Vendor) })
	return out
}

// boardsOf gives the boards of a vendor.
func (b *Box) boardsOf(vendor string) []*fault.Board {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.boards[vendor])
}

func (b *Box) setFault(w http.ResponseWriter, r *http.Request) {
	var f fault.Fault
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&f); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	boards := b.boardsOf(r.PathValue("vendor"))
	if len(boards) == 0 {
		http.Error(w, "the box has no vendor "+r.PathValue("vendor"), http.StatusNotFound)
		return
	}
	for _, board := range boards {
		if err := board.Set(f); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	answer(w, b.switches())
}

// clearFault switches one fault off, or all of a vendor's where the name is "all"; so for the vendor "all".
func (b *Box) clearFault(w http.ResponseWriter, r *http.Request) {
	vendor, name := r.PathValue("vendor"), r.PathValue("name")
	if name == "all" {
		name = ""
	}
	b.mu.Lock()
	boards := slices.Concat(slices.Collect(maps.Values(b.boards))...)
	b.mu.Unlock()
	if vendor != "all" {
		boards = b.boardsOf(vendor)
	}
	for _, board := range boards {
		board.Clear(name)
	}
	answer(w, b.switches())
}

func (b *Box) showEnv(w http.ResponseWriter, r *http.Request) {
	values, ok := b.accounts[r.PathValue("name")]
	if !ok {
		http.Error(w, "the box keeps no account for "+r.PathValue("name"), http.StatusNotFound)
		return
	}
	answer(w, values)
}
