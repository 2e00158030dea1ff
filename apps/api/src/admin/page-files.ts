import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the page as it is sent. */
export type PageFile = { type: string; body: Uint8Array<ArrayBuffer>; gzipped: Uint8Array<ArrayBuffer> };

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the page's files, a few hundred kB, so that no request reads from the disk: the page itself, and by name the
 * files of `assets`, whose names have a hash of their content.
 */
export function readPageFiles(folder: string): { page: PageFile; assets: ReadonlyMap<string, PageFile> } {
  const assets = join(folder, 'assets');
  return {
    page: readPageFile(join(folder, 'index.html')),
    assets: new Map(readdirSync(assets).map((name) => [name, readPageFile(join(assets, name))])),
  };
}

function readPageFile(path: string): PageFile {
  const body = new Uint8Array(readFileSync(path));
  const type = types[extname(path)] ?? 'application/octet-stream';
  return { type, body, gzipped: new Uint8Array(gzipSync(body, { level: 9 })) };
}
