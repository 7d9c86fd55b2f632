// Package sweep holds no code: its test kills the real binary with SIGKILL at every point of a release that matters,
// resumes it, and holds what the vendors were asked to do against a release that nothing has cut off.
package sweep
