// What axios gets for the package form-data: Node's own class. No form is ever sent, and the package would bring a table
// of every MIME type (137 KB) into the bundle.
module.exports = globalThis.FormData;
