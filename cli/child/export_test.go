package child

// GuardPID is for tests that look for what a killed parent leaves behind.
func (k *Child) GuardPID() int { return k.guard.Process.Pid }
