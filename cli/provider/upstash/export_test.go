package upstash

// ExamineWith is Examine with a say in how the connection is made.
var ExamineWith = examine
