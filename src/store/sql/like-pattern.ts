/** The pattern of LIKE (`ESCAPE '!'`) for texts that contain this one, ASCII letters in lower case. */
export function toContainsPattern(part: string): string {
  const lower = part.replaceAll(/[A-Z]/g, letter => letter.toLowerCase());
  return `%${lower.replaceAll(/[!%_]/g, '!$&')}%`;
}
