import en from "./texts.en.json";

type Failure = keyof typeof en.failures;

/** What came of a way to a service, as the address of the page has it: a known word, or that it was refused. */
export function failureOf(came: string): Failure {
  return Object.hasOwn(en.failures, came) ? (came as Failure) : "refused";
}
