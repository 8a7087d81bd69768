import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;

/** DynamoDB Local on 127.0.0.1 alone, in memory; its own main listens on every interface. */
public class LoopbackDynamo {
    public static void main(String[] arguments) throws Exception {
        var database = new LocalDynamoDBRequestHandler(0, true, null, true, false);
        var server = new Server(new InetSocketAddress("127.0.0.1", 0));
        server.setHandler(new LocalDynamoDBServerHandler(database, null));
        server.start();
        System.out.println("port " + server.getConnectors()[0].getLocalPort());
        server.join();
    }
}
