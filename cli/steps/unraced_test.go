//go:build !race

package steps_test

// stride is that of a sweep: every request.
const stride = 1
