package railwaytest

import "readme/cli/box/railway"

// Project is an account with one project that has one environment.
func Project(name, environment, token string, services ...railway.Service) []railway.Project {
	return []railway.Project{{Name: name, Environments: []railway.Environment{{Name: environment, Token: token, Services: services}}}}
}
