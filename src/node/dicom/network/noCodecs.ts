// Stands for dcmjs-codecs in the build: 4 MB of WebAssembly that decompress images for dcmjs-dimse, of which nothing is used
// here, as only uncompressed transfer syntaxes are agreed on (transferSyntaxes.ts).
export {};
