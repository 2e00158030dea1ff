/** The file is not such a CSV. The message names the line and the reason. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
