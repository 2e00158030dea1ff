import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';

/** Asks a question on the terminal. Everything but y and yes is a no. */
export async function askOnTerminal(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(question, process.stderr)).trim());
}

/** Reads a secret: from the terminal, which doesn't show it, or all of standard input. */
export async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  process.stderr.write(question);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const secret = await ask('', hidden);
  process.stderr.write('\n');
  return secret.trim();
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    // At the end of the input there is no answer.
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}
