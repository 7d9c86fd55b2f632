import { Problem } from "./problem";

/**
 * Asks for the microphone before anything is started: a session without one would be paid for in vain. It is given back
 * at once, because a call takes it itself, and some phones know only one user of it at a time.
 */
export async function askForMicrophone(): Promise<void> {
  stop(await microphone());
}

async function microphone(): Promise<MediaStream> {
  // Without https the browser has no such thing.
  if (!navigator.mediaDevices?.getUserMedia) throw new Problem("microphone_insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    const facts = [{ name: "Browser", value: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }];
    if (name === "NotAllowedError" || name === "SecurityError") throw new Problem("microphone_blocked", facts);
    if (name === "NotFoundError") throw new Problem("microphone_missing", facts);
    throw new Problem("microphone_busy", facts);
  }
}

function stop(stream: MediaStream) {
  stream.getTracks().forEach((track) => track.stop());
}

/**
 * The microphone as SmallWebRTCTransport wants it. Its own default is Daily's, which fetches code from Daily's servers:
 * a bot that runs on the same machine must do without.
 */
export class Microphone {
  readonly supportsScreenShare = false;
  readonly isCamEnabled = false;
  readonly isSharingScreen = false;
  readonly selectedMic = {};
  readonly selectedCam = {};
  readonly selectedSpeaker = {};
  isMicEnabled = true;
  private stream?: MediaStream;

  setClientOptions() {}
  setUserAudioCallback() {}
  enableCam() {}
  enableScreenShare() {}
  updateMic() {}
  updateCam() {}
  updateSpeaker() {}
  bufferBotAudio() {
    return undefined;
  }
  async userStartedSpeaking() {}
  async connect() {
    await this.initialize();
  }

  async initialize() {
    this.stream ??= await microphone();
  }

  async disconnect() {
    if (this.stream) stop(this.stream);
    this.stream = undefined;
  }

  enableMic(enable: boolean) {
    this.isMicEnabled = enable;
    this.stream?.getAudioTracks().forEach((track) => (track.enabled = enable));
  }

  tracks() {
    const audio = this.stream?.getAudioTracks()[0];
    return { local: audio ? { audio } : {} };
  }

  async getAllMics() {
    return [];
  }
  async getAllCams() {
    return [];
  }
  async getAllSpeakers() {
    return [];
  }
}
