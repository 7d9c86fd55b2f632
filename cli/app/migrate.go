package app

import (
	"os"
	"path"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"readme/cli/migrate"
)

// migrateCommand is the group of commands about the database. Each has a file of its own.
func (a *app) migrateCommand() *cli.Command {
	return &cli.Command{
		Name: "migrate", Category: "database",
		Usage:    "look at the migrations, and at what they would do to a database in use",
		Commands: []*cli.Command{a.migrateLintCommand()},
		Action:   a.group("migrate", nil),
	}
}

// migrations reads the files of the project, in their order. The folder's name is as a person would write it from here.
func (a *app) migrations(p *project) (dir string, files []migrate.Migration, err error) {
	if p.rel.Migrations.Dir == "" {
		return "", nil, usage("release.yaml names no folder of migrations", "readme-ops migrate --help")
	}
	dir = path.Join(filepath.ToSlash(p.near), p.rel.Migrations.Dir)
	files, err = migrate.Load(os.DirFS(filepath.Join(p.dir, p.rel.Migrations.Dir)), dir)
	return dir, files, err
}
