import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';

/** RFC 9113 section 7: the stream is not needed any more. */
const CANCEL = 8;

/** What the streams of a session need beyond what undici does for them. */
export function mindStreams(session: ClientHttp2Session): void {
  hearStrayStreams(session);
  cancelAtOnce(session);
}

/**
 * Node makes a stream of its own of an answer to a request that was given up before, and tells it when the connection
 * breaks. undici does not know it, and an `error` that nobody listens to ends the process.
 */
function hearStrayStreams(session: ClientHttp2Session): void {
  session.on('stream', stream => void stream.on('error', () => undefined));
}

/**
 * undici gives a request up by `close()`, which means the code NO_ERROR, and `destroy()` right after it. With that code
 * Node resets the stream only when the body has been sent, and of a stream that is destroyed before it forgets to.
 * Such a stream stays open on both sides and counts against the limit of the server; and as soon as the server allows
 * the rest of its body, nghttp2 asks for it without end, and the process neither answers nor stops growing. With any
 * other code the stream is reset at once, and CANCEL is the one meant for this.
 */
function cancelAtOnce(session: ClientHttp2Session): void {
  const { request } = session;
  session.request = (...parameters) => {
    const stream = request.apply(session, parameters);
    stream.close = cancel;
    return stream;
  };
}

function cancel(this: ClientHttp2Stream, code = CANCEL, onClose?: () => void): void {
  Object.getPrototypeOf(this).close.call(this, code, onClose);
}
