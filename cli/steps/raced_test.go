//go:build race

package steps_test

// stride: under the race detector a sweep takes every seventh request, because all of them take minutes there. .ci/run takes
// all of them without it.
const stride = 7
