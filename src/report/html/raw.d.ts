/** The text of a file that is part of the program. */
declare module "*?raw" {
  const text: string;
  export default text;
}
