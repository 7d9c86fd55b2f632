package code

// unit is what is imported as one: a Go package, or a file of another language.
type unit struct {
	imports  []*unit
	services []int // whose code it is, ascending
}

// cover tells each unit the services whose code reaches it, from what their folders hold.
func cover(roots [][]*unit) {
	for service, todo := range roots {
		for len(todo) > 0 {
			u := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if n := len(u.services); n > 0 && u.services[n-1] == service {
				continue
			}
			u.services = append(u.services, service)
			todo = append(todo, u.imports...)
		}
	}
}
