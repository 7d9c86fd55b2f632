package baddays_test

import (
	"time"

	"readme/cli/box/fault"
	"readme/cli/release"
)

func atSupabase(name, only string, times int) row {
	return row{vendor: "supabase", Fault: fault.Fault{Name: name, Only: only, Times: times}}
}

func supabaseBadDays() []row {
	const bucket, book = "bucket", "a book uploads"
	on := atSupabase
	return []row{
		on("slow-down", bucket, 2),
		on("slow-down", bucket, 2).starts("planned"),
		on("slow-down", bucket, 0).ends(release.ExitStepFailed, "bucket books", "too many connections").unplanned(),
		on("slow-down", bucket, 0).starts("planned").ends(release.ExitStepFailed, "bucket books", "too many connections"),
		on("slow-down", "object", 1), // a check is tried once more
		on("slow-down", "object", 2).ends(release.ExitSmokeFailed, book, "too many connections"),
		on("locked", bucket, 1),
		on("locked", bucket, 0).ends(release.ExitStepFailed, "bucket books", "locked"),
		on("locked", "object", 1),
		on("locked", "object", 2).ends(release.ExitSmokeFailed, book, "locked"),
		on("database-timeout", bucket, 1),
		on("database-timeout", bucket, 0).ends(release.ExitStepFailed, "bucket books", "timed out").unplanned(),
		on("read-only", "", 0).ends(release.ExitStepFailed, "bucket books", "read-only"),
		on("read-only", "object", 0).ends(release.ExitSmokeFailed, book, "read-only"),
		on("key-rejected", "", 0).ends(release.ExitStepFailed, "bucket books").unplanned(),
		on("key-rejected", "", 0).starts("planned").ends(release.ExitStepFailed, "bucket books"),
		on("upload-cut", "", 1),
		on("upload-cut", "", 2).ends(release.ExitSmokeFailed, book),
		on("bucket-settings-ignored", "", 1).ends(release.ExitStepFailed, "bucket books is not as it should be"),
		on("bucket-vanishes", "", 1).ends(release.ExitStepFailed, "bucket books", "has moved"),
		on("bucket-vanishes", "", 1).starts("planned").ends(release.ExitStepFailed, "bucket books"),
		on("bucket-vanishes", "", 0).starts("planned").ends(release.ExitStepFailed, "bucket books"),
		on("stale-bucket", "", 0),
		on("stale-bucket", "", 0).lasts(5*time.Minute).ends(release.ExitStepFailed, "bucket books"),
		on("etag-odd", "", 0),
	}
}
