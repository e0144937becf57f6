// The app:// scheme serves the renderer's folder and nothing outside it.
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mimeType, PAGE_CSP, REPORT_CSP, resolvePageFile, responseHeaders } from '../../src/main/protocolPaths.ts';
import { isAllowedPermission, isAllowedRequest } from '../../src/main/security.ts';

let base = '';
let root = '';

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'lineshape-protocol-')));
  root = join(base, 'renderer');
  await mkdir(join(root, 'assets'), { recursive: true });
  await mkdir(join(base, 'renderer-private'));
  await writeFile(join(root, 'index.html'), '<!doctype html>');
  await writeFile(join(root, 'assets', 'app 1.js'), '0');
  await writeFile(join(base, 'secret.txt'), 'secret');
  await writeFile(join(base, 'renderer-private', 'secret.txt'), 'secret');
  await symlink(join(base, 'secret.txt'), join(root, 'link.txt'));
  await symlink(base, join(root, 'up'));
  await symlink(join(root, 'index.html'), join(root, 'inside.html'));
});

afterAll(() => rm(base, { recursive: true, force: true }));

describe('page files', () => {
  it.each([
    ['app://lineshape/index.html', 'index.html'],
    ['app://lineshape/', 'index.html'],
    ['app://lineshape/index.html?x=1#top', 'index.html'],
    ['app://lineshape/assets/app%201.js', join('assets', 'app 1.js')],
    ['app://lineshape/inside.html', 'index.html'],
  ])('serves %s', async (url, file) => {
    expect(await resolvePageFile(url, root)).toBe(join(root, file));
  });

  it.each([
    'app://lineshape/../secret.txt',
    'app://lineshape/assets/../../secret.txt',
    'app://lineshape/assets/../index.html',
    'app://lineshape/%2e%2e/secret.txt',
    'app://lineshape/%2E%2E%2Fsecret.txt',
    'app://lineshape/assets%2f..%2f..%2fsecret.txt',
    'app://lineshape/..%5csecret.txt',
    'app://lineshape/%252e%252e/secret.txt',
    'app://lineshape/../renderer-private/secret.txt',
    'app://lineshape//etc/passwd',
    'app://lineshape/%2fetc%2fpasswd',
    'app://lineshape/C:/Windows/win.ini',
    'app://lineshape/index.html%00.png',
    'app://lineshape/%00',
    'app://lineshape/index.html\0.png',
    'app://lineshape/..%252f..%252fsecret.txt',
    'app://lineshape/%c0%ae%c0%ae/secret.txt',
    'app://lineshape/..\\secret.txt',
    'app://lineshape/\\..\\secret.txt',
    'app://lineshape/%5c%5cserver%5cshare',
    'app://lineshape/./index.html/',
    'app://lineshape/assets//app%201.js',
    'app://lineshape/secret.txt?/../../index.html',
    'app://lineshape/..?file=index.html',
    'app://lineshape?/../secret.txt&x=/index.htm',
    'app://lineshape:80/index.html',
    'app://lineshape./index.html',
    'app://LINESHAPE.example.org/index.html',
    'app://report/index.html',
    'app://lineshape/%',
    'app://lineshape/link.txt',
    'app://lineshape/up/secret.txt',
    'app://lineshape/missing.js',
    'app://other/index.html',
    'app://user@lineshape/index.html',
    'file:///etc/passwd',
    'index.html',
  ])('refuses %s', async (url) => {
    expect(await resolvePageFile(url, root)).toBeNull();
  });
});

describe('answers', () => {
  it('carry the content security policy and no sniffing', () => {
    const headers = responseHeaders(mimeType('index.html'), PAGE_CSP);
    expect(headers['Content-Type']).toBe('text/html; charset=utf-8');
    expect(headers['Content-Security-Policy']).toBe(PAGE_CSP);
    expect(headers['X-Content-Type-Options']).toBe('nosniff');
  });

  it('run no inline script, no eval, and reach no network', () => {
    const directive = (csp: string, name: string) =>
      csp
        .split('; ')
        .find((part) => part.startsWith(`${name} `))
        ?.slice(name.length + 1);
    expect(directive(PAGE_CSP, 'default-src')).toBe("'none'");
    expect(directive(PAGE_CSP, 'script-src')).toBe("'self' 'wasm-unsafe-eval'");
    expect(PAGE_CSP).not.toMatch(/'unsafe-eval'|https?:|\*/);
    expect(directive(REPORT_CSP, 'default-src')).toBe("'none'");
    expect(directive(REPORT_CSP, 'script-src')).toBeUndefined();
  });

  it('name WebAssembly and scripts by their types, and unknown files as bytes', () => {
    expect(mimeType('a/b.WASM')).toBe('application/wasm');
    expect(mimeType('x.js')).toMatch(/^text\/javascript/);
    expect(mimeType('x.exe')).toBe('application/octet-stream');
  });
});

describe('requests', () => {
  it.each(['app://lineshape/x.js', 'app://report/1', 'data:text/plain,x', 'blob:app://lineshape/1'])(
    'lets %s pass',
    (url) => {
      expect(isAllowedRequest(url, false)).toBe(true);
    },
  );

  it.each([
    'https://example.org/',
    'http://localhost:5173/',
    'ws://localhost/',
    'file:///etc/passwd',
    'ftp://example.org/',
    'app://elsewhere/',
    'blob:https://example.org/1',
    'blob:app://lineshape.example.org/1',
    'devtools://devtools/x',
    'no url',
  ])('blocks %s', (url) => {
    expect(isAllowedRequest(url, false)).toBe(false);
  });

  it('lets the developer tools load in development only', () => {
    expect(isAllowedRequest('devtools://devtools/x', true)).toBe(true);
  });
});

describe('permissions', () => {
  it('of the app’s page: writing text to the clipboard, and no other', () => {
    expect(isAllowedPermission('clipboard-sanitized-write', 'app://lineshape/index.html')).toBe(true);
    expect(isAllowedPermission('clipboard-sanitized-write', 'app://lineshape')).toBe(true);
    const others = [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'midi',
      'midiSysex',
      'usb',
      'hid',
      'serial',
    ];
    for (const permission of [
      ...others,
      'fullscreen',
      'pointerLock',
      'openExternal',
      'fileSystem',
      'display-capture',
      '',
    ])
      expect(isAllowedPermission(permission, 'app://lineshape/index.html')).toBe(false);
  });

  it.each(['app://lineshape.example.org/', 'app://lineshapes', 'app://report/1', 'https://lineshape/', 'null', ''])(
    'none for %s',
    (requester) => {
      expect(isAllowedPermission('clipboard-sanitized-write', requester)).toBe(false);
    },
  );
});
