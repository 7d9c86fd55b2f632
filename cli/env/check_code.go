package env

import "context"

func (c *checker) code(context.Context) {}
