import { Connect } from "./connect";

export default function Page() {
  return (
    <main className="page">
      <header>
        <p className="brand">readme</p>
        <h1>Your books, read to you.</h1>
        <p className="lead">
          Connect, say which book you would like to hear, and sit back. You can interrupt at any time and ask about what was
          just read.
        </p>
      </header>
      <Connect />
    </main>
  );
}
