/** The little of needle that the benchmark uses; it brings no types of its own. */
declare module 'needle' {
  interface NeedleResponse {
    readonly statusCode: number;
    readonly body: unknown;
  }

  function needle(method: string, url: string, body: string | null, options: object): Promise<NeedleResponse>;
  export = needle;
}
