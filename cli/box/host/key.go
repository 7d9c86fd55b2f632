package host

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// buildKey stands for everything that a build is made from. The values of variables are in it only as a hash.
func buildKey(ctx context.Context, b Build) (string, error) {
	h := sha256.New()
	err := walk(ctx, b.Archive, func(header *tar.Header, content io.Reader) error {
		return hashEntry(h, header, content)
	})
	if err != nil {
		return "", fmt.Errorf("read the archive: %w", err)
	}
	// JSON sorts the names and keeps the parts apart.
	rest, err := json.Marshal([]any{b.Root, b.Command, b.Node, b.Env})
	if err != nil {
		return "", err
	}
	h.Write(rest)
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// hashEntry takes name, kind, mode and content, and not the times and owners, which differ from one packing to the next.
func hashEntry(h hash.Hash, header *tar.Header, content io.Reader) error {
	head, err := json.Marshal([]any{header.Name, header.Typeflag, header.Mode & 0o111, header.Linkname, header.Size})
	if err != nil {
		return err
	}
	h.Write(head)
	_, err = io.Copy(h, content)
	return err
}
