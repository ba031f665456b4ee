/** What Node has without an import, in a browser. */
export { Buffer } from "buffer/";
