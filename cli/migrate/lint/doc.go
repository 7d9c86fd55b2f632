// Package lint reads migrations without a database and says what in them would hurt one that is in use: locks that block
// the product, changes that the code which is live does not survive, tables that anybody could read. It looks at tokens, not
// at a grammar, and not into the bodies of functions and DO blocks; what it cannot read it says nothing about. The ids
// of its rules are squawk's where squawk has one, and squawk's comments for ignoring them are honoured.
package lint
