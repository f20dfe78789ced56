package io.rekindle.chaos.fault;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Prints what is said to it by UDP; run as a process in a network namespace: host, port. */
final class DatagramEars {
  private static final int BYTES_MAX = 512;

  private DatagramEars() {}

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress here = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    try (DatagramSocket socket = new DatagramSocket(here)) {
      System.out.println("listening");
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[BYTES_MAX], BYTES_MAX);
        socket.receive(packet);
        System.out.print(
            new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
        System.out.flush();
      }
    }
  }
}
